// temporary
import { Stage } from './harness/stage.ts'
import { makeTorrent, writeContent } from './harness/content.ts'
import { BenchPeer } from './actors/bench-peer.ts'
import { fromHex, toHex } from '@floodgate/protocol'
const N = Number(process.argv[2] ?? 40), S = Number(process.argv[3] ?? 4), MB = Number(process.argv[4] ?? 8)
const stage = await Stage.open({ say: console.log })
try {
const provider = await stage.actor<any>('provider')
const folder = await stage.newFolder('p')
const seller = await provider.ask('start', { store:'memory', folder, intervalSeconds:30, membersMax:550 })
const content = await writeContent(await stage.newFolder('c'), MB*1024*1024)
const torrent = await makeTorrent(content, { pieceLength: 262144, seller })
await provider.ask('publish', torrent)
const peers: any[] = await Promise.all(Array.from({length:N+S}, async (_, i) => { const p: any = await BenchPeer.open({ maxConns: 20, trade:{ walletPath: folder+`/w${i}.json`, seller, limitMax:8 } }); await provider.ask('fund', { uid: p.uid, amount: 100000n }); return p }))
const byUid = new Map(peers.map((p,i)=>[p.uid,i]))
const t0=Date.now()
const counts: Record<string, number> = {}
const bump=(k:string)=>{counts[k]=(counts[k]??0)+1}
const log: Record<string,string[]> = {}
peers.forEach((p,i)=>{ p.__fg.on('refused',(d:any)=>{bump(`refused ${d.by} ${d.code}`)}); p.__fg.on('blacklisted',(d:any)=>bump('blacklisted '+d.code)); p.__fg.on('warning',(d:any)=>bump('warning '+d.code))
 p.client.on('add',(t:any)=>t.on('wire',(w:any)=>{ bump('wire'); w.once('close',()=>bump('close')) }))
 for (const e of ['open','paid','receipted','earned'] as const) p.__fg.on(e,(d:any)=>{ const j=byUid.get(d.uid); const k= (e==='earned') ? `${j}->${i}` : `${i}->${j}`; (log[k]??=[]).push(`${Date.now()-t0} p${i} ${e} ${d.indexes??''}${d.count!==undefined?' count '+d.count:''}`) }) })
for (let i=0;i<S;i++) await peers[i]!.seed(torrent, { folder: content.folder, memory: true })
const times = await Promise.all(peers.slice(S).map(async (p:any) => p.join(torrent, { folder: content.folder, memory: true }, 'sequential', 60000)))
console.log('done', times.filter((t:any)=>t!==null).length, 'of', N, 'max', Math.max(...times.map((t:any)=>t??0)))
const s0=Date.now()
const settled = await Promise.all(peers.map((p:any) => p.__fg.settled(20000)))
console.log('settled', settled.filter(Boolean).length, 'in', Date.now()-s0, JSON.stringify(counts))
const report = () => {
let unpaid=0, shown=0; const cats: Record<string,number>={}
for (const [i,p] of peers.entries()) { const w=(p as any).__w; for (const purse of w.purses.all()) for (let k=0;k<purse.count;k++) if(!purse.isPaid(k)) { unpaid++
  const h=purse.holder(k); const j=h?byUid.get(toHex(h)):undefined
  const sale = j===undefined?undefined:peers[j].__w.sales.get(purse.id)
  const linked = j===undefined?'-':p.client.torrents[0].wires.some((x:any)=>x.peerId===peers[j].client.peerId)
  const cat=`holder ${h?'yes':'no'} connected ${linked} sellerowed ${sale?.owed.has(k)}`; cats[cat]=(cats[cat]??0)+1
  if (shown++<4) console.log(i,'piece',k,cat, 'events', j===undefined?'':(log[`${i}->${j}`]??[]).slice(-12).join(' | '))
} }
console.log('unpaid', unpaid, cats) }
report()
await new Promise(r=>setTimeout(r, 40000)); report()
} finally { await stage.close(); process.exit() }
