// In the place of `#crypto`: the portable back end, as an application has it where WebCrypto will not do.

import { strict } from '../../../plugins/floodgate-protocol/src/crypto/strict.ts'
import { tweetnaclBackEnd } from '../../../plugins/floodgate-protocol/src/crypto/tweetnacl.ts'

export const platformCrypto = strict(tweetnaclBackEnd)
