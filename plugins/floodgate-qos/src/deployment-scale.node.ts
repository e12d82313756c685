// One number at a Kubernetes API server: how many replicas a Deployment has, through its scale subresource. It is read and
// written with the version that was read, as the autoscaler of Kubernetes does; what the server asks to be tried again is.

import {
  ApiException,
  AppsV1Api,
  KubeConfig,
  Observable,
  type ConfigurationOptions,
  type ObservableMiddleware,
  type RequestContext,
  type ResponseContext,
  type V1Scale
} from '@kubernetes/client-node'
import { FloodgateError, type ErrorCode } from '@floodgate/protocol'

export interface Cluster {
  api: AppsV1Api
  namespace: string
}

export interface ScaleOptions {
  /** For one answer. */
  answerMs: number
  /** For everything that one call does. */
  allMs: number
  now: () => number
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Somebody else wrote in between: read again, so often. */
const CONFLICTS_MAX = 5
/** What a server asks for with none of its own figures. */
const RETRY_MS = 1000
/** Refusals that another try does not change; all else may be the server's own trouble. */
const REFUSALS: Partial<Record<number, ErrorCode>> = {
  ...{ 400: 'bad-option', 401: 'not-allowed', 403: 'not-allowed', 404: 'bad-option' },
  ...{ 405: 'bad-option', 422: 'bad-option' }
}

/**
 * Who the cluster is and who we are, as kubectl finds it: `kubeconfig`, or $KUBECONFIG, ~/.kube/config, or the service
 * account of the pod that we run in.
 * @throws FloodgateError `bad-option`
 */
export function openCluster(
  kubeconfig: string | undefined,
  namespace: string | undefined
): Cluster {
  try {
    const config = new KubeConfig()
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(kubeconfig)
    const own = config.getContextObject(config.getCurrentContext())?.namespace
    return { api: config.makeApiClient(AppsV1Api), namespace: namespace ?? own ?? 'default' }
  } catch (error) {
    throw new FloodgateError('bad-option', `kubernetes: ${(error as Error).message}`)
  }
}

/**
 * Sees to it that a Deployment has as many replicas as `replicas` says, which is asked again at every try.
 * @returns how many it has; undefined where there is no such Deployment and none was wanted
 * @throws FloodgateError `not-allowed`, `bad-option` or `unreachable`, with what the server said
 */
export async function setReplicas(
  { api, namespace }: Cluster,
  name: string,
  replicas: () => number,
  { answerMs, allMs, now, wait }: ScaleOptions
): Promise<number | undefined> {
  const where = { name, namespace }
  const until = now() + allMs
  for (let conflicts = 0; ;) {
    try {
      const scale = await api.readNamespacedDeploymentScale(where, within(answerMs))
      const wanted = replicas()
      if ((scale.spec?.replicas ?? 0) === wanted) return wanted
      await api.replaceNamespacedDeploymentScale(
        { ...where, body: withReplicas(scale, wanted) },
        within(answerMs)
      )
      return wanted
    } catch (error) {
      const status = error instanceof ApiException ? error.code : undefined
      if (status === 404 && replicas() === 0) return undefined
      const waitMs = status === 409 && ++conflicts < CONFLICTS_MAX ? 0 : askedToWait(error)
      if (waitMs === undefined || now() + waitMs > until)
        throw asOurs(error, `${namespace}/${name}`)
      if (waitMs > 0) await wait(waitMs, AbortSignal.timeout(allMs))
    }
  }
}

/** With the version that was read, so that a write in between is refused (409). */
const withReplicas = ({ apiVersion, kind, metadata }: V1Scale, replicas: number): V1Scale => ({
  ...{ apiVersion, kind, spec: { replicas } },
  metadata: {
    ...{ name: metadata?.name, namespace: metadata?.namespace, uid: metadata?.uid },
    resourceVersion: metadata?.resourceVersion
  }
})

/** The client has no time-out of its own. */
function within(ms: number): ConfigurationOptions<ObservableMiddleware> {
  const middleware: ObservableMiddleware = {
    pre(context: RequestContext) {
      context.setSignal(AbortSignal.timeout(ms))
      return new Observable(Promise.resolve(context))
    },
    post: (response: ResponseContext) => new Observable(Promise.resolve(response))
  }
  return { middleware: [middleware], middlewareMergeStrategy: 'append' }
}

/**
 * How long the server wants us to wait before the same is sent again; undefined where it does not. It asks for it with 429
 * and 5xx, by the header Retry-After (RFC 9110) or in the details of its Status.
 */
function askedToWait(error: unknown): number | undefined {
  if (!(error instanceof ApiException)) return undefined
  const headers = error.headers as Record<string, string>
  const seconds = Number(headers['retry-after'] ?? statusOf(error).details?.retryAfterSeconds)
  if (error.code === 429) return seconds > 0 ? seconds * 1000 : RETRY_MS
  return error.code >= 500 && seconds > 0 ? seconds * 1000 : undefined
}

interface Status {
  message?: string
  reason?: string
  details?: { retryAfterSeconds?: number }
}

/** What came with the refusal: a Status object, or whatever a proxy between says. */
function statusOf({ body }: ApiException<unknown>): Status {
  try {
    const said: unknown = typeof body === 'string' ? JSON.parse(body) : body
    return typeof said === 'object' && said !== null ? said : {}
  } catch {
    return {}
  }
}

function asOurs(error: unknown, name: string): FloodgateError {
  const said = `kubernetes: Deployment ${name}: `
  if (!(error instanceof ApiException)) {
    const { message, cause } = error as Error & { cause?: unknown }
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message
    return new FloodgateError('unreachable', said + why)
  }
  const { message, reason = '' } = statusOf(error)
  return new FloodgateError(
    REFUSALS[error.code] ?? 'unreachable',
    `${said}${error.code} ${message ?? reason}`.trimEnd()
  )
}
