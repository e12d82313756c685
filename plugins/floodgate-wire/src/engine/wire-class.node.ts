/** The Wire class that WebTorrent uses in Node, where incoming wires are read before any plugin sees them. */
export { default as wireClass } from 'bittorrent-protocol'
