/** In browsers every wire is shown to plugins within its handshake: there is no class to guard. */
export const wireClass: { prototype: object } | null = null
