#!/usr/bin/env bash
# Mutation testing (docs/security.md): changes the code in thousands of small ways and counts which the tests notice.
#   npm run mutation              all parts, ten minutes to an hour; no part of CI
#   npm run mutation -- court     one part of parts.js
# Stryker, and the mocha and TypeScript that it wants, are installed beside a copy of the sources, never in this tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
room=${MUTATION_ROOM:-${TMPDIR:-/tmp}/floodgate-mutation}

mkdir -p "$room"
rm -rf "$room"/{plugins,tracker-extension,test}
tar -c --exclude=node_modules --exclude=dist plugins tracker-extension test | tar -x -C "$room"
cp test/mutation/*.{js,json} "$room"
cd "$room"
npm install --no-audit --no-fund --silent
PATH=$room/node_modules/.bin:$PATH
node --no-warnings strip.js
[[ $# -gt 0 ]] || set -- $(node -p "Object.keys(require('./parts.js').PARTS).join(' ')")

export FLOODGATE_FRAMES=1000 # of random messages: enough to notice, and quick
failed=0
for part in "$@"; do
  PART=$part nice -n 19 stryker run stryker.config.js || failed=1
done
exit $failed
