import { TestPeer, done } from './support/peer.ts'
import { readFileSync, rmSync, mkdirSync } from 'node:fs'
import { Wallet, register, memoryStorage } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'
const z = JSON.parse(readFileSync('/tmp/fg/zz.json', 'utf8'))
rmSync('/tmp/fg/zzw', { recursive: true, force: true }); mkdirSync('/tmp/fg/zzw')
const w = await Wallet.create({ storage: process.env.MEM ? memoryStorage() : fileStorage('/tmp/fg/zzw/w.json'), passphrase: '', rootKey: Buffer.from(z.root, 'hex'), api: z.url, scrypt: { N: 16, r: 8, p: 1 } })
await register(w, 't')
await fetch('http://127.0.0.1:19999/' + Buffer.from(w.uid).toString('hex'))
const p = new TestPeer(w)
const c0 = process.cpuUsage()
const t = p.add(Buffer.from(z.torrent, 'base64'))
const t0 = Date.now()
if (process.env.PROF) { const { Session } = await import('node:inspector/promises'); const s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.start'); t.on('done', async () => { const { profile } = await s.post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/fg/zz.cpuprofile', JSON.stringify(profile)) }) }
await done(t)
await p.floodgate!.settled()
const c = process.cpuUsage(c0)
console.log('leech wall', Date.now() - t0, 'cpu', (c.user + c.system) / 1e6, p.warnings)
process.exit()
