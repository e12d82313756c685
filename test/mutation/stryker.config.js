// Stryker's options for one part (PART names it). It mutates the copy in place, for the links in node_modules lead there.

import { PARTS } from './parts.js'

const part = PARTS[process.env.PART]

export default {
  inPlace: true,
  mutate: part.mutate,
  testRunner: 'mocha',
  mochaOptions: { spec: part.tests, 'no-config': true },
  // What .mocharc.json says to Node: sources, not builds; Node strips their types itself.
  testRunnerNodeArgs: ['--conditions=floodgate-source', '--no-warnings'],
  coverageAnalysis: 'perTest',
  plugins: ['@stryker-mutator/mocha-runner', './messages.js'],
  ignorers: ['messages'],
  concurrency: 1,
  timeoutMS: 20_000,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `reports/${process.env.PART}.json` },
  thresholds: { high: 95, low: 85, break: 85 }
}
