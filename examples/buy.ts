// A WebTorrent client with the plugin: the line with floodgate() is all that it takes to pay for a download.
//   npx node -C floodgate-source examples/buy.ts http://127.0.0.1:8000 film.torrent

import WebTorrent from 'webtorrent'
import { claim, fetchProvider, register } from '@floodgate/wallet'
import { Wallet, fileStorage } from '@floodgate/wallet/file'
import { floodgate } from '@floodgate/wire'

const [api = '', torrent = ''] = process.argv.slice(2)
const { rootKey } = await fetchProvider(api)
const storage = fileStorage('wallet.json')
const wallet = await Wallet.create({ storage, passphrase: 'my secret', rootKey, api })
await register(wallet, 'my card')
console.log('account', Buffer.from(wallet.uid).toString('hex'))

const client = new WebTorrent({ dht: false, lsd: false, utp: false, secure: 0 })
const plugin = floodgate(client, { wallet, limitMax: 8 })
plugin.on('paid', ({ uid, indexes }) => console.log('paid', uid, indexes))
plugin.on('warning', ({ code }) => console.log('warning', code))
client.add(torrent, { path: 'downloads' }, (download) => {
  download.on('done', async () => {
    console.log('done', download.name)
    await plugin.settled() // every seller has its money
    await claim(wallet) // what others paid us meanwhile
    await plugin.close()
    client.destroy(() => void wallet.close())
  })
})
