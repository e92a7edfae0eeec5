import { serviceApi } from '@capstan/contract/service'
import { openApi } from '../api.ts'
import { eachOf } from '../each.ts'
import { print } from '../output.ts'
import { serviceId } from './find.ts'

/** `service scale`. */
export async function scaleServices(names: readonly string[], replicaCount: number): Promise<void> {
  const { call } = openApi()
  await eachOf(names, async name => {
    const service = await call(serviceApi.update, { id: await serviceId(call, name), replicaCount })
    print(
      `${service.name}: ${service.replicaCount === 1 ? '1 replica' : `${replicaCount} replicas`}`,
    )
  })
}

/** `service rm`. */
export async function endServices(names: readonly string[]): Promise<void> {
  const { call } = openApi()
  await eachOf(names, async name => {
    const service = await call(serviceApi.terminate, { id: await serviceId(call, name) })
    print(`${service.name}: ended`)
  })
}
