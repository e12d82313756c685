// A Kubernetes API server as far as scaling goes, for tests: Deployments' scale subresource with its real paths, objects,
// versions and refusals, over HTTP. What it says and what it is told is kept, to be held against the client's own types.

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const TOKEN = 'of-a-service-account'
const NAMESPACE = 'cdn'
const SCALE = /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/([^/]+)\/scale$/

interface Deployment {
  replicas: number
  version: number
  uid: string
}

/** Instead of the next answer: a refusal, a connection cut before or (`lost`) after it was carried out, or nothing at all. */
type Fault = Refusal | 'cut' | 'lost' | 'silence'

interface Refusal {
  code: number
  reason: string
  message?: string
  /** Seconds, in the header, or in the details of the Status. */
  retryAfter?: number
  inDetails?: boolean
}

interface Scale {
  metadata: { name?: string; resourceVersion?: string; uid?: string }
  spec?: { replicas?: number }
}

export class FakeCluster {
  readonly deployments = new Map<string, Deployment>()
  /** Answered in this order, one a request; undefined is no fault. */
  readonly faults: (Fault | undefined)[] = []
  /** Method and status of every request. */
  readonly log: string[] = []
  /** All objects that went over the wire, with the client's name of their type. */
  readonly objects: { type: 'V1Scale' | 'V1Status'; object: unknown }[] = []
  /** Called before a write is looked at: somebody else may write. */
  beforeWrite: (deployment: Deployment) => void = () => undefined
  kubeconfig = ''
  /** Does a Deployment come to be when it is asked for? */
  #makesAll = false
  #dir = ''
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  static async start({ makesAll = false } = {}): Promise<FakeCluster> {
    const cluster = new FakeCluster()
    cluster.#makesAll = makesAll
    await new Promise<void>((resolve) => cluster.#server.listen(0, '127.0.0.1', resolve))
    const { port } = cluster.#server.address() as AddressInfo
    cluster.#dir = await mkdtemp(join(tmpdir(), 'floodgate-kube-'))
    cluster.kubeconfig = join(cluster.#dir, 'config')
    await writeFile(
      cluster.kubeconfig,
      `apiVersion: v1
kind: Config
clusters: [{ name: test, cluster: { server: 'http://127.0.0.1:${port}', insecure-skip-tls-verify: true } }]
users: [{ name: provider, user: { token: ${TOKEN} } }]
contexts: [{ name: here, context: { cluster: test, user: provider, namespace: ${NAMESPACE} } }]
current-context: here
`
    )
    return cluster
  }

  add(name: string, replicas = 0): Deployment {
    const made = { replicas, version: 1, uid: randomUUID() }
    this.deployments.set(name, made)
    return made
  }

  /** So many of one deployment's pods run as it should have. */
  replicas(name: string): number {
    return this.deployments.get(name)?.replicas ?? 0
  }

  get writes(): number {
    return this.log.filter((line) => line.startsWith('PUT')).length
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve))
    await rm(this.#dir, { recursive: true, force: true })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const fault = this.faults.shift()
    if (fault === 'silence') return
    if (fault === 'cut') return void request.socket.destroy()
    if (typeof fault === 'object') return this.#refuse(request, response, fault)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return this.#refuse(request, response, { code: 401, reason: 'Unauthorized' })
    }
    const [, namespace, name = ''] = SCALE.exec(request.url ?? '') ?? []
    const found = this.deployments.get(name) ?? (this.#makesAll ? this.add(name) : undefined)
    if (namespace !== NAMESPACE || found === undefined) {
      const message = `deployments.apps "${name}" not found`
      return this.#refuse(request, response, { code: 404, reason: 'NotFound', message })
    }
    if (request.method === 'PUT') {
      const refusal = this.#write(name, found, body)
      if (refusal !== undefined) return this.#refuse(request, response, refusal)
    } else if (request.method !== 'GET') {
      return this.#refuse(request, response, { code: 405, reason: 'MethodNotAllowed' })
    }
    if (fault === 'lost') return void request.socket.destroy()
    this.#send(request, response, 200, 'V1Scale', scaleOf(name, found))
  }

  #write(name: string, deployment: Deployment, body: string): Refusal | undefined {
    const scale = JSON.parse(body) as Scale
    this.objects.push({ type: 'V1Scale', object: scale })
    this.beforeWrite(deployment)
    const { metadata, spec } = scale
    if (metadata.name !== name) {
      const message = `the name of the object (${metadata.name}) does not match the name on the URL (${name})`
      return { code: 400, reason: 'BadRequest', message }
    }
    const isStale =
      metadata.resourceVersion !== undefined &&
      metadata.resourceVersion !== String(deployment.version)
    if (isStale || (metadata.uid !== undefined && metadata.uid !== deployment.uid)) {
      const message = `Operation cannot be fulfilled on deployments.apps "${name}": the object has been modified; please apply your changes to the latest version and try again`
      return { code: 409, reason: 'Conflict', message }
    }
    const replicas = spec?.replicas ?? 0
    if (!Number.isInteger(replicas) || replicas < 0) {
      const message = `Scale.autoscaling "${name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`
      return { code: 422, reason: 'Invalid', message }
    }
    deployment.replicas = replicas
    deployment.version++
    return undefined
  }

  #refuse(request: IncomingMessage, response: ServerResponse, fault: Refusal): void {
    const { code, reason, message = reason, retryAfter, inDetails = false } = fault
    const details = {
      ...{ name: SCALE.exec(request.url ?? '')?.[2], group: 'apps', kind: 'deployments' },
      ...(retryAfter !== undefined && inDetails && { retryAfterSeconds: retryAfter })
    }
    if (retryAfter !== undefined && !inDetails) response.setHeader('retry-after', retryAfter)
    this.#send(request, response, code, 'V1Status', {
      ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
      ...{ message, reason, details, code }
    })
  }

  #send(
    { method }: IncomingMessage,
    response: ServerResponse,
    status: number,
    type: 'V1Scale' | 'V1Status',
    object: object
  ): void {
    this.log.push(`${method} ${status}`)
    this.objects.push({ type, object })
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(object))
  }
}

/** As the API server writes it: no replicas are no field. */
const scaleOf = (name: string, { replicas, version, uid }: Deployment): object => ({
  kind: 'Scale',
  apiVersion: 'autoscaling/v1',
  metadata: {
    ...{ name, namespace: NAMESPACE, uid, resourceVersion: String(version) },
    creationTimestamp: '2026-11-22T12:00:00Z'
  },
  spec: replicas === 0 ? {} : { replicas },
  status: { replicas, selector: `app=${name}` }
})
