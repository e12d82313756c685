// A promise that fails and that nobody waits for ends a user's process; mocha lets it pass. Here the test that runs fails.

process.on('unhandledRejection', (reason) => {
  throw reason
})
