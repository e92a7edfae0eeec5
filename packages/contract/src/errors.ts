/** Every failure a caller may see. The code is the API; the title is its plain English. */
export const errorCatalog = {
  invalid_input: { status: 400, title: 'The request is not valid' },
  clock_skew: { status: 400, title: 'The request’s date is more than 15 minutes off' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  wrong_credentials: { status: 401, title: 'E-mail or password is not right' },
  wrong_password: { status: 403, title: 'The password is not right' },
  totp_required: { status: 401, title: 'A code of your authenticator is needed too' },
  wrong_totp_code: { status: 403, title: 'The code is not right, or was used before' },
  totp_enabled: { status: 409, title: 'Two-factor sign-in is on already' },
  totp_not_begun: { status: 409, title: 'Two-factor sign-in was not begun' },
  keypair_inactive: { status: 409, title: 'This keypair is inactive' },
  account_not_active: { status: 401, title: 'This account is not active' },
  keypair_not_active: { status: 401, title: 'This keypair is not active' },
  bad_join_token: { status: 401, title: 'The join token is not valid' },
  bad_ticket: { status: 401, title: 'The ticket is not valid or has expired' },
  forbidden: { status: 403, title: 'You may not do that' },
  bad_origin: { status: 403, title: 'The request comes from another site' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  session_not_found: { status: 404, title: 'No such session' },
  service_not_found: { status: 404, title: 'No such model service' },
  kernel_not_found: { status: 404, title: 'No such container' },
  apps_not_reachable: {
    status: 409,
    title: 'Applications cannot be reached from this address',
  },
  app_not_found: { status: 404, title: 'The image has no such application' },
  agent_not_found: { status: 404, title: 'No such agent' },
  image_not_found: { status: 404, title: 'No such image' },
  image_task_not_found: { status: 404, title: 'No such image task' },
  project_not_found: { status: 404, title: 'No such project' },
  group_not_found: { status: 404, title: 'No such resource group' },
  join_token_not_found: { status: 404, title: 'No such join token' },
  session_name_taken: { status: 409, title: 'You have a session of this name' },
  service_name_taken: { status: 409, title: 'You have a model service of this name' },
  service_ended: { status: 409, title: 'The model service has ended' },
  session_changed: { status: 409, title: 'The session changed meanwhile; read it and try again' },
  session_not_pending: { status: 409, title: 'The session does not wait any more' },
  dependency_failed: { status: 409, title: 'What it is to wait for did not end well' },
  session_not_running: { status: 409, title: 'The session is not running' },
  agent_unreachable: { status: 409, title: 'The node of this session cannot be reached' },
  no_proxy: { status: 409, title: 'No application proxy is connected' },
  no_agent: { status: 409, title: 'No connected agent can do this' },
  type_not_allowed: {
    status: 409,
    title: 'The resource group does not take sessions of this type',
  },
  group_not_active: { status: 409, title: 'The resource group takes no new sessions' },
  group_name_taken: { status: 409, title: 'There is a resource group of this name' },
  group_in_use: { status: 409, title: 'The resource group is in use' },
  policy_limit: { status: 409, title: 'Your resource policy does not allow that' },
  user_not_active: { status: 409, title: 'The account of that user is not active' },
  user_not_found: { status: 404, title: 'No such user' },
  keypair_not_found: { status: 404, title: 'No such keypair' },
  domain_not_found: { status: 404, title: 'No such domain' },
  domain_name_taken: { status: 409, title: 'There is a domain of this name' },
  project_name_taken: { status: 409, title: 'There is a project of this name in the domain' },
  members_fixed: { status: 409, title: 'Everybody of the domain is a member of its model store' },
  user_taken: { status: 409, title: 'There is a user of this e-mail or name' },
  last_superadmin: { status: 409, title: 'The last active superadmin stays one' },
  keypair_is_main: { status: 409, title: 'The main keypair of a user cannot be deleted' },
  keypair_is_active: { status: 409, title: 'Only inactive keypairs can be deleted' },
  policy_not_found: { status: 404, title: 'No such resource policy' },
  policy_name_taken: { status: 409, title: 'There is a resource policy of this name' },
  policy_in_use: { status: 409, title: 'The resource policy is in use' },
  job_not_found: { status: 404, title: 'No such job' },
  rows_refused: { status: 409, title: 'Some rows are not right: nothing was created' },
  passwords_gone: { status: 409, title: 'These passwords cannot be had any more' },
  nothing_matches: { status: 409, title: 'Nothing matches: there is nothing to do' },
  matches_changed: { status: 409, title: 'What matches has changed meanwhile; look at it again' },
  operation_not_found: { status: 404, title: 'No such operation' },
  not_reversible: { status: 409, title: 'This operation cannot be undone' },
  changed_since: { status: 409, title: 'It was changed again since' },
  not_retryable: { status: 409, title: 'This operation cannot be repeated' },
  never_fits: { status: 409, title: 'No agent is large enough' },
  payload_too_large: { status: 413, title: 'The request is too large' },
  rate_limited: { status: 429, title: 'This keypair makes too many requests' },
  too_many_attempts: { status: 429, title: 'Too many failed attempts' },
  internal: { status: 500, title: 'Something broke on our side' },
  unavailable: { status: 503, title: 'The database cannot be reached at the moment' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCatalog

export interface Issue {
  /** Dotted path of the field, as in the request: `resources.cpu`. Empty for the request as a whole. */
  readonly path: string
  readonly message: string
}

/** Body of every failed answer, RFC 9457 with our code, request id and issues. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
  readonly requestId?: string
  readonly issues?: readonly Issue[]
}

export interface ErrorOptions {
  readonly detail?: string
  readonly issues?: readonly Issue[]
  readonly cause?: unknown
  readonly requestId?: string
  /** Seconds until another try makes sense; becomes `Retry-After`. */
  readonly retryAfterS?: number
}

/** A failure with a code of the catalogue: thrown by handlers, sent as a problem, and thrown again by the client. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly options: ErrorOptions

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.detail ?? errorCatalog[code].title, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.options = options
  }

  get status(): number {
    return errorCatalog[this.code].status
  }

  get issues(): readonly Issue[] {
    return this.options.issues ?? []
  }
}

/** The problem document that stands for a failure on the wire. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = errorCatalog[error.code]
  return {
    type: `urn:capstan:error:${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.options.detail !== undefined && { detail: error.options.detail }),
    requestId,
    ...(error.options.issues && { issues: error.options.issues }),
  }
}
