/** The class of the store that WebTorrent takes in Node when nobody names one. */
export { default as fileStore } from 'fs-chunk-store'
