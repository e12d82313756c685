// Mocha's usual report, and a last line that any runner of tests understands.
const { reporters } = require('mocha')

module.exports = class Report extends reporters.Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
  }
}
