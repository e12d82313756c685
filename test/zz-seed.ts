import { TestPeer } from './support/peer.ts'
import { TestProvider } from './support/provider.ts'
import { writeFileSync } from 'node:fs'
const provider = await TestProvider.start()
const sold = await provider.sell('film', 256 << 20, { pieceLength: Number(process.env.PL ?? 262144) })
const s = new TestPeer(await provider.wallet(), { limitMax: Number(process.env.LIMIT ?? 8) })
await s.seed(sold)
const w = await provider.wallet(100000n)
const { deposit } = await import('@floodgate/tracker')
writeFileSync('/tmp/fg/zz.json', JSON.stringify({ url: provider.url, root: Buffer.from(provider.keys.rootKey).toString('hex'), torrent: Buffer.from(sold.torrent).toString('base64') }))
setInterval(async () => { const accs = (provider.store as any); }, 1e6)
// auto-deposit for anybody
const { createServer } = await import('node:http')
createServer(async (q, r) => { const uid = q.url!.slice(1); try { await deposit(provider.store, uid, 100000n, 't', 't' + uid) } catch (e) { console.error(e) } r.end('ok') }).listen(19999, '127.0.0.1')
let c0 = process.cpuUsage()
process.on('SIGUSR2', () => { const c = process.cpuUsage(c0); console.error('seed cpu', (c.user + c.system) / 1e6); c0 = process.cpuUsage() })
console.error('ready')
