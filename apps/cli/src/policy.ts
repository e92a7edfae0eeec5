import type { Command } from 'commander'
import { policyKinds } from './policy/kinds.ts'
import { addPolicyKind } from './policy/verbs.ts'

/** `capstan policy keypair|user|project …`. */
export function addPolicy(root: Command): void {
  const policy = root
    .command('policy')
    .description('resource policies: what keypairs, users and projects may have')
  for (const kind of policyKinds) addPolicyKind(policy, kind)
}
