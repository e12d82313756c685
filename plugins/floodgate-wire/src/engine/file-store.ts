/** In browsers there are no files that could be read past the store. */
export const fileStore: (new () => object) | null = null
