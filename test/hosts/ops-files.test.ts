// What is shipped for operations: alert rules over metrics that there are, a unit that systemd takes, an image and a compose
// file whose parts fit together, and a configuration that the provider reads.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCOPES, type QualityJson } from '@floodgate/tracker'
import dockerfilelint from 'dockerfilelint'
import { Command } from 'commander'
import { parse, parseAllDocuments } from 'yaml'
import { addPoolSeeder } from '../../hosts/src/commands/pool-seeder.ts'
import { parseConfig } from '../../hosts/src/config/config.ts'
import { homeOf } from '../../hosts/src/provider/home.ts'
import { expectFields } from '../qos/kubernetes-fields.ts'
import { namesIn } from '../tracker/api/exposition.ts'
import * as w from '../tracker/mint/world.ts'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** A content that somebody wants. */
const TOLD: QualityJson['contents'][number] = {
  ...{
    infoHash: 'ab'.repeat(20),
    time: 1,
    rate: 2,
    seeders: 1,
    webSeed: 'closed',
    reason: 'A test.'
  },
  ...{ leechers: 3, rated: 2, p50: 900, p05: 400, belowTarget: 1, copies: 0, egress: 5 },
  ...{ sent: 70, sentToday: 60, sentSinceStart: 50, fromPeers: 150 }
}

interface Pod {
  containers: { args: string[] }[]
}

interface Rule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; description: string }
}

describe('operations: alert rules', () => {
  const { groups } = parse(read('docs/ops/alerts.yml')) as {
    groups: { name: string; rules: Rule[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)

  it('every rule has a name of its own, a severity, and says what to do', () => {
    assert.ok(rules.length >= 10)
    assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length)
    for (const rule of rules) {
      const known = ['alert', 'expr', 'for', 'labels', 'annotations']
      assert.deepEqual(
        Object.keys(rule).filter((key) => !known.includes(key)),
        []
      )
      assert.match(rule.alert, /^Floodgate[A-Z]\w+$/)
      assert.match(rule.for ?? '1m', /^\d+[mh]$/)
      assert.ok(['page', 'warn'].includes(rule.labels.severity), rule.alert)
      assert.match(rule.annotations.summary, /\.$/)
      assert.match(rule.annotations.description, /\.$/)
    }
  })

  it('every metric in a rule is one that /metrics has, with labels that it has', async () => {
    const hostFacts = async () => ({ backupAt: 1, diskFreeBytes: 1 })
    const quality = () => ({ policy: 'target 1 kB/s', contents: [TOLD] })
    const world = await w.startWorld({ openMetrics: true, hostFacts, quality })
    await w.buy(world, await w.register(world, 100n), await w.publish(world))
    await w.post(world, 'register', new Uint8Array())
    const text = await (await fetch(`${world.url}/metrics`)).text()
    await world.close()
    const names = namesIn(text)
    const documented = read('docs/operations.md').matchAll(/`(floodgate_\w+?)(?:\{(.*?)\})?`/g)
    for (const [, name, labels] of documented) {
      assert.ok(names.has(name!), `the document: there is no ${name}`)
      for (const label of labels?.split(',') ?? []) {
        assert.ok(new RegExp(`${name}\\w*\\{.*${label}=`).test(text), `${name} has no ${label}`)
      }
    }
    for (const { alert, expr } of rules) {
      const used = expr.match(/\b(?:floodgate|nodejs|process)_\w+/g) ?? []
      if (alert !== 'FloodgateDown') assert.ok(used.length > 0, alert)
      for (const name of used) assert.ok(names.has(name), `${alert}: there is no ${name}`)
      for (const [series] of expr.matchAll(/floodgate_\w+\{[^}]*\}/g)) {
        const [name, label] = series.slice(0, -1).split('{')
        assert.ok(text.includes(`${name}{${label}`), `${alert}: ${series}`)
      }
    }
  })
})

describe('operations: the document', () => {
  const text = read('docs/operations.md')

  it('has every scope with its words, and no other', () => {
    const [, table = ''] = text.split('| Scope')
    const rows = [...table.split('\n\n')[0]!.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)]
    assert.deepEqual(Object.fromEntries(rows.map(([, scope, words]) => [scope, words])), SCOPES)
  })

  it('names files of the provider’s directory by their names', () => {
    const { dir, ...places } = homeOf('/x')
    for (const path of Object.values(places)) {
      assert.ok(text.includes(path.slice(dir.length + 1)), path)
    }
  })

  it('its configuration is one', () => {
    const [, yaml = ''] = /```yaml\n(data:.*?)```/s.exec(text) ?? []
    const { options } = parseConfig(yaml.replace(/^ledger:.*$/m, ''), '/etc/provider.yaml')
    assert.equal(options.url, 'https://cdn.example')
  })
})

describe('operations: unit, image and compose file', () => {
  it('systemd takes the unit, where there is a systemd to ask', function () {
    const unit = read('hosts/ops/floodgate.service')
    assert.match(unit, /^ExecStart=\/usr\/bin\/floodgate provider --config /m)
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) return this.skip()
    const dir = mkdtempSync(join(tmpdir(), 'floodgate-unit-'))
    try {
      const path = join(dir, 'floodgate.service')
      // The command is not installed here.
      writeFileSync(path, unit.replace('/usr/bin/floodgate', process.execPath))
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], {
        encoding: 'utf8'
      })
      assert.deepEqual([status, stderr], [0, ''])
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('the Dockerfile has no fault that dockerfilelint knows, and copies what there is', () => {
    const text = read('hosts/ops/Dockerfile')
    assert.deepEqual(dockerfilelint.run('', text), [])
    const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n')
    for (const [, from] of text.matchAll(/^COPY (.+) \S+$/gm)) {
      for (const one of from!.split(' ')) {
        assert.ok(
          tracked.some((path) => path === one || path.startsWith(`${one}/`)),
          one
        )
      }
    }
  })

  it('the compose file names what it uses, and gives time to stop', () => {
    const compose = parse(read('hosts/ops/compose.yaml')) as {
      services: Record<string, { secrets: string[]; volumes: string[]; stop_grace_period: string }>
      volumes: object
      secrets: object
    }
    const named = Object.keys(compose.volumes)
    for (const { secrets, volumes, stop_grace_period: grace } of Object.values(compose.services)) {
      for (const secret of secrets) assert.ok(secret in compose.secrets, secret)
      const own = volumes.map((one) => one.split(':')[0]!).filter((one) => !one.startsWith('.'))
      for (const volume of own) assert.ok(named.includes(volume), volume)
      assert.equal(grace, '60s')
    }
  })

  it('the seeders’ manifest has objects of Kubernetes, and rights for just what is asked of it', () => {
    const [deployment, role, binding] = parseAllDocuments(read('hosts/ops/seeders.yaml')).map(
      (document) => document.toJS() as Record<string, unknown>
    )
    expectFields(deployment, 'V1Deployment')
    expectFields(role, 'V1Role')
    expectFields(binding, 'V1RoleBinding')
    const { rules } = role as { rules: { verbs: string[]; resources: string[] }[] }
    // GET and PUT of the scale subresource (deployment-scale.node.ts).
    assert.deepEqual(
      rules.map(({ verbs, resources }) => [...verbs, ...resources]),
      [['get', 'update', 'deployments/scale']]
    )
    const { containers } = (deployment as { spec: { template: { spec: Pod } } }).spec.template.spec
    const { args } = containers[0]!
    const program = new Command()
    addPoolSeeder(program, () => async () => undefined)
    const [command] = program.commands
    assert.equal(command!.name(), args[0])
    const known = command!.options.map(({ long }) => long)
    for (const arg of args.slice(1)) assert.ok(known.includes(arg.split('=')[0]!), arg)
  })

  it('the provider reads the configuration beside it, but for the secret that is not here', () => {
    const text = read('hosts/ops/provider.yaml')
    assert.throws(
      () => parseConfig(text, 'provider.yaml'),
      /ledger: file:\/run\/secrets\/ledger-url is not there/
    )
    const { options } = parseConfig(text.replace(/^ledger: .*$/m, ''), '/x/provider.yaml')
    assert.deepEqual([options.data, options.drain, options.trustProxy], ['/data', 10_000, true])
  })
})
