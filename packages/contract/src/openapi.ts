import * as z from 'zod'
import { apiPrefix, type Endpoint, hasBody, pathParams } from './endpoint.ts'
import { errorCatalog, type ErrorCode } from './errors.ts'

/** Codes that any operation can answer. */
const everywhere: readonly ErrorCode[] = [
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'payload_too_large',
  'unavailable',
]

type Json = Record<string, unknown>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  })
  return json
}

/** The OpenAPI 3.1 document of the API, derived from the contract. */
export function toOpenApi(
  endpoints: readonly { name: string; endpoint: Endpoint }[],
  version: string,
): Json {
  const paths: Record<string, Json> = {}
  for (const { name, endpoint } of endpoints) {
    const path = apiPrefix + endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Capstan', version, description: 'Runs an AI/GPU cluster for many people' },
    servers: [{ url: '/' }],
    components: { schemas: { Problem: problemSchema }, securitySchemes },
    paths,
  }
}

const securitySchemes: Json = {
  session: { type: 'apiKey', in: 'cookie', name: 'capstan_session' },
  keypair: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'BackendAI signMethod=HMAC-SHA256, credential=ACCESSKEY:SIGNATURE',
  },
  machine: { type: 'http', scheme: 'bearer' },
}

const problemSchema: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorCatalog) },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    issues: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

function operation(name: string, endpoint: Endpoint): Json {
  const input = schemaOf(endpoint.input, 'input')
  const inPath = pathParams(endpoint.path)
  // A union of objects has its fields in the branches; those with path parameters are plain objects.
  const properties = (input['properties'] ?? {}) as Record<string, Json>
  const required = (input['required'] ?? []) as string[]
  const rest = Object.entries(properties).filter(([field]) => !inPath.includes(field))
  const parameters = [
    ...inPath.map(field => ({
      name: field,
      in: 'path',
      required: true,
      schema: properties[field] ?? {},
    })),
    ...(hasBody(endpoint)
      ? []
      : rest.map(([field, schema]) => ({
          name: field,
          in: 'query',
          required: required.includes(field),
          schema,
        }))),
  ]
  const body = input['properties']
    ? {
        ...input,
        properties: Object.fromEntries(rest),
        required: required.filter(field => !inPath.includes(field)),
      }
    : input
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [name.split('.')[0]],
    'x-permission': endpoint.permission,
    security: securityOf(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody(endpoint) && {
      requestBody: { required: true, content: { 'application/json': { schema: body } } },
    }),
    responses: { 200: ok(endpoint), ...problems(endpoint) },
  }
}

function securityOf({ permission }: Endpoint): Json[] {
  if (permission === 'public') return []
  if (['agent.sync', 'proxy.resolve', 'storage.report'].includes(permission))
    return [{ machine: [] }]
  return [{ session: [] }, { keypair: [] }]
}

const ok = ({ output, answers }: Endpoint): Json => {
  const schema = schemaOf(output, 'output')
  return {
    description: 'Done',
    content:
      answers === 'file'
        ? { 'text/csv': { schema }, 'application/json': { schema: {} } }
        : { 'application/json': { schema } },
  }
}

function problems(endpoint: Endpoint): Json {
  const codes = [...new Set<ErrorCode>([...everywhere, ...endpoint.errors])]
  const byStatus = Map.groupBy(codes, code => errorCatalog[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map(code => `${code}: ${errorCatalog[code].title}`).join('; '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  )
}
