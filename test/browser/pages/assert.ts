// What the vectors use of node:assert/strict, for browsers.

function deepEqual(actual: Uint8Array, expected: Uint8Array): void {
  if (String(actual) !== String(expected)) throw new Error(`${actual} is not ${expected}`)
}

export default { deepEqual }
