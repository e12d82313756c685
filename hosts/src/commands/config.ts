// `floodgate config check`: reads a configuration file as `floodgate provider --config` would, and shows all that is in force.

import { stringify } from 'yaml'
import { optionsInForce, readConfig } from '../config/config.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { examples, type AddCommand, type Session } from './command.ts'

export const addConfig: AddCommand = (program, act) => {
  program
    .command('config')
    .description('configuration files of a provider (operator)')
    .command('check')
    .description('read a configuration file, and show what is in force, secrets hidden')
    .argument('<file>', 'the file, in YAML')
    .addHelpText('after', examples('floodgate config check provider.yaml'))
    .action(act((session, file: string) => check(session, file)))
}

async function check({ out }: Session, file: string): Promise<void> {
  const { options, sections, secrets } = await readConfig(file)
  const whole = { ...optionsInForce(options), ...sections }
  const config = withoutSecrets(whole, secrets) as object
  out.tell('config', { file, config }, stringify(config).trimEnd())
}
