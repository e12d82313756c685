// Makes a torrent that is for sale, publishes it with a provider, and seeds it for money.
//   OPERATOR_TOKEN=secret npx node -C floodgate-source examples/sell.ts http://127.0.0.1:8000 film.mkv > film.torrent

import createTorrent from 'create-torrent'
import WebTorrent from 'webtorrent'
import { encodeOffer } from '@floodgate/protocol'
import { Wallet, fetchProvider, memoryStorage, register } from '@floodgate/wallet'
import { floodgate } from '@floodgate/wire'

const [api = '', path = ''] = process.argv.slice(2)
const { rootKey, currency } = await fetchProvider(api)
const offer = encodeOffer({ rootKey, api, price: 1n, currency, open: false })
const options = { private: true, announceList: [[`${api}/announce`]], info: { floodgate: offer } }
const torrent = await new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
  createTorrent(path, options, (error, file) => (error ? reject(error) : resolve(file.slice())))
})
const Authorization = `Bearer ${process.env['OPERATOR_TOKEN']}`
const headers = { Authorization, 'Content-Type': 'application/x-bittorrent' }
await fetch(`${api}/floodgate/v1/operator/contents`, { method: 'POST', headers, body: torrent })

const wallet = await Wallet.create({ storage: memoryStorage(), passphrase: '', rootKey, api })
await register(wallet, 'my bank account')
const client = new WebTorrent({ dht: false, lsd: false, utp: false, secure: 0 })
floodgate(client, { wallet }).on('earned', ({ uid, indexes }) => console.error(uid, indexes))
client.add(torrent, { path: '.' }, () => process.stdout.write(torrent))
