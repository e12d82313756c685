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
 p.client.on('add',(t:any)=>t.on('wire',(w:any)=>{ w.__t=Date.now(); setImmediate(()=>w.emit('unchoke')); w.on('choke',()=>{w.__ch=Date.now()}); bump('wire'); w.once('close',()=>bump('close')); const d=w.destroy; let first=true; w.destroy=(...a:any[])=>{ if(first){first=false; const T=t as any; const other=peers.findIndex(q=>q.client.peerId===w.peerId); const opened=(log[`${i}->${other}`]??[]).length; if(String(new Error().stack).includes('onChokeTimeout')) { bump(`CHOKE age ${Math.min(30,Math.floor((Date.now()-w.__t)/5000)*5)} peerChoking ${w.peerChoking} since-choke-msg ${w.__ch?Math.floor((Date.now()-w.__ch)/5000)*5:'never'} isSeeder ${w.isSeeder} meDone ${T.done} opened ${opened>0} otherDone ${peers[other]?.client.torrents[0].done}`) } const st=new Error().stack!.split('\n').slice(2,7).map(x=>x.trim().replace(/^at /,'').replace(/\(?file:\/\/\/work\/main\//,'(').replace('node_modules/','')).filter(x=>!x.includes('node:')).slice(0,3).join(' < '); bump('D '+(Math.floor((Date.now()-t0)/5000)*5)+'s '+st+' :: '+(a[0]?.message??''))} return d.apply(w,a)}; const e=w.end; w.end=(...a:any[])=>{ if(first){first=false; const st=new Error().stack!.split('\n').slice(2,6).map(x=>x.trim().replace(/^at /,'').replace(/\(?file:\/\/\/work\/main\//,'(')).slice(0,3).join(' < '); bump('E '+st)} return e.apply(w,a)} }))
 for (const e of ['open','paid','receipted','earned'] as const) p.__fg.on(e,(d:any)=>{ const j=byUid.get(d.uid); const k= (e==='earned') ? `${j}->${i}` : `${i}->${j}`; (log[k]??=[]).push(`${Date.now()-t0} p${i} ${e} ${d.indexes??''}${d.count!==undefined?' count '+d.count:''}`) }) })
for (let i=0;i<S;i++) await peers[i]!.seed(torrent, { folder: content.folder, memory: true })
const times = await Promise.all(peers.slice(S).map(async (p:any) => p.join(torrent, { folder: content.folder, memory: true }, 'sequential', 30000)))
console.log('done', times.filter((t:any)=>t!==null).length, 'of', N, 'max', Math.max(...times.map((t:any)=>t??0)))
const s0=Date.now()
const settled = await Promise.all(peers.map((p:any) => p.__fg.settled(20000)))
console.log('settled', settled.filter(Boolean).length, 'in', Date.now()-s0, Object.entries(counts).sort((a,b)=>b[1]-a[1]).map(([k,v])=>'\n  '+v+' '+k).join(''))
for (const [i,p] of peers.entries()) { const T=p.client.torrents[0]; if (T.done) continue
 console.log('STALLED', i, 'progress', T.progress.toFixed(3), 'wires', T.wires.length)
 const purse=p.__w.purses.all()[0]
 for (let k=0;k<T.pieces.length;k++) if (T.pieces[k]) { const h=purse?.holder(k); const j=h?byUid.get(toHex(h)):undefined; console.log('  piece',k,'holder',j,'missing',T.pieces[k].missing,'of',T.pieces[k].length,'paid',purse?.isPaid(k)) 
  for (const w of T.wires) { const o=peers.findIndex(q=>q.client.peerId===w.peerId); const ow=peers[o]?.client.torrents[0].wires.find((x:any)=>x.peerId===p.client.peerId); console.log('     wire',o,w.type,'age',Date.now()-w.__t,'has',w.peerPieces.get(k),'peerChoking',w.peerChoking,'amInterested',w.amInterested,'requests',w.requests.filter((r:any)=>r.piece===k).length,'| other amChoking',ow?.amChoking,'peerInterested',ow?.peerInterested,'peerRequests',ow?.peerRequests.length,'events',(log[`${i}->${o}`]??[]).slice(-4).join(' | ')) } } }
const report = () => {
let unpaid=0, shown=0; const cats: Record<string,number>={}
for (const [i,p] of peers.entries()) { const w=(p as any).__w; for (const purse of w.purses.all()) for (let k=0;k<purse.count;k++) if(!purse.isPaid(k)) { unpaid++
  const h=purse.holder(k); const j=h?byUid.get(toHex(h)):undefined
  const sale = j===undefined?undefined:peers[j].__w.sales.get(purse.id)
  const linked = j===undefined?'-':p.client.torrents[0].wires.some((x:any)=>x.peerId===peers[j].client.peerId)
  const cat=`holder ${h?'yes':'no'} connected ${linked} sellerowed ${sale?.owed.has(k)}`; cats[cat]=(cats[cat]??0)+1
  if (shown++<4) console.log(i,'piece',k,cat, 'events', j===undefined?'':(log[`${i}->${j}`]??[]).slice(-12).join(' | '))
} }
let lost=0; const c2: Record<string,number>={}; let sum=0
for (const p of peers) for (const sale of p.__w.sales.all()) sum+=sale.count
for (const [i,p] of peers.entries()) for (const purse of p.__w.purses.all()) for (const {uid} of purse.payees()) { const j=byUid.get(toHex(uid))!; const acc=purse.account(uid); const sale=peers[j].__w.sales.get(purse.id); const got=sale?.count??0
  if (got!==acc.count) { lost+=acc.count-got; const linked=p.client.torrents[0].wires.some((x:any)=>x.peerId===peers[j].client.peerId); const k=`linked ${linked} unreceipted ${acc.unreceipted.length>0} owed ${sale?.owed.size??'none'} lack ${acc.count-got}`; c2[k]=(c2[k]??0)+1; if (shown++<4) console.log(`${i}->${j}`, k, (log[`${i}->${j}`]??[]).slice(-10).join(' | ')) } }
console.log('unpaid', unpaid, cats, 'sellers have', sum, 'lost', lost, c2) }
report()
await new Promise(r=>setTimeout(r, 100)); report()
} finally { await stage.close(); process.exit() }
