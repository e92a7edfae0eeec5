import { accountApi } from './account.ts'
import { agentApi } from './agent.ts'
import { deviceApi } from './device.ts'
import { domainApi } from './domain.ts'
import type { Endpoint } from './endpoint.ts'
import { exportApi } from './export.ts'
import { groupApi } from './group.ts'
import { imageApi } from './image.ts'
import { joinTokenApi } from './join-token.ts'
import { jobApi } from './job.ts'
import { keypairApi } from './keypair.ts'
import { keypairPolicyApi, projectPolicyApi, userPolicyApi } from './policy.ts'
import { operationApi } from './operation.ts'
import { projectApi } from './project.ts'
import { proxyApi } from './proxy.ts'
import { schedulerApi } from './scheduler.ts'
import { searchApi } from './search.ts'
import { serviceApi } from './service.ts'
import { sessionApi } from './session.ts'
import { storageApi } from './storage.ts'
import { syncApi } from './sync.ts'
import { systemApi } from './system.ts'
import { userApi } from './user.ts'

/** The whole API as data: noun, verb, endpoint. */
export const api = {
  account: accountApi,
  agent: agentApi,
  device: deviceApi,
  domain: domainApi,
  export: exportApi,
  group: groupApi,
  image: imageApi,
  job: jobApi,
  joinToken: joinTokenApi,
  keypair: keypairApi,
  keypairPolicy: keypairPolicyApi,
  operation: operationApi,
  project: projectApi,
  projectPolicy: projectPolicyApi,
  proxy: proxyApi,
  scheduler: schedulerApi,
  search: searchApi,
  service: serviceApi,
  session: sessionApi,
  storage: storageApi,
  sync: syncApi,
  system: systemApi,
  user: userApi,
  userPolicy: userPolicyApi,
}

/** Every endpoint with its name (`session.create`), in the order of the table above. */
export const endpoints: readonly { readonly name: string; readonly endpoint: Endpoint }[] =
  Object.entries(api).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([verb, endpoint]) => ({ name: `${noun}.${verb}`, endpoint })),
  )
