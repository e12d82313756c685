# Downloads a torrent with libtorrent on loopback, until it is complete or nothing comes any more.
# Arguments: torrent file, folder, seconds without progress after which it gives up.

import sys
import time

import libtorrent as lt


def main() -> None:
    torrent, folder, patience = sys.argv[1], sys.argv[2], float(sys.argv[3])
    session = lt.session({
        'listen_interfaces': '127.0.0.1:0',
        'enable_dht': False,
        'enable_lsd': False,
        'enable_upnp': False,
        'enable_natpmp': False,
        # Everybody has one address here: without this it knows one peer only, which may be itself.
        'allow_multiple_connections_per_ip': True,
    })
    handle = session.add_torrent({'ti': lt.torrent_info(torrent), 'save_path': folder})
    before, since = 0, time.monotonic()
    while not handle.status().is_seeding and time.monotonic() - since < patience:
        time.sleep(0.1)
        done = handle.status().total_done
        if done > before:
            before, since = done, time.monotonic()
    handle.flush_cache()
    time.sleep(0.5)


main()
