// Runs the provider of a directory, and keeps a promise to its leechers: seeders of its own give what peers do not.
//   npx node -C floodgate-source examples/seeding.ts ./shop 8000

import { budget, startSeeding, targetRate } from '@floodgate/qos'
import { openProvider } from 'floodgate'

const [data = './shop', port = '8700'] = process.argv.slice(2)
const provider = await openProvider(data, { port: Number(port), announceSeconds: 2 })
const { pool, source } = provider
const seeding = startSeeding({
  policy: targetRate('500 kB/s'),
  budget: budget({ uplink: '4 MB/s', perDay: '2 TB' }),
  ...{ pool, source }
})
console.log(provider.url)
const telling = setInterval(() => {
  const last = seeding.decisions().at(-1)
  if (last !== undefined) console.log(last.decision.rate, last.decision.reason)
}, 1000)
process.once('SIGINT', async () => {
  clearInterval(telling)
  await seeding.stop()
  await provider.close()
})
