// Printed by `npm run db:types` from the migrated database. Do not edit.
import type { ColumnType, Generated } from 'kysely'

export interface AgentTable {
  id: string
  tokenHash: Buffer
  address: Generated<string>
  region: Generated<string>
  architecture: Generated<string>
  resourceGroup: string | null
  version: Generated<string>
  status: Generated<'connected' | 'lost' | 'terminated'>
  statusReason: string | null
  isSchedulable: Generated<boolean>
  runtimes: ColumnType<import('@capstan/contract/agent').Runtime[], string | undefined, string>
  problems: ColumnType<{ code: string; message: string }[], string | undefined, string>
  usage: ColumnType<import('@capstan/contract/agent').NodeUsage | null, string | null, string | null>
  reportHash: Generated<string>
  firstContactAt: Generated<Date>
  lastContactAt: Generated<Date>
  lostAt: Date | null
  drainMode: 'finish' | 'end' | null
  drainStartedAt: Date | null
  drainDeadlineAt: Date | null
  configuredGroup: string | null
  requestedGroup: string | null
  heartbeatMs: Generated<number>
}

export interface AgentImageTable {
  agentId: string
  imageId: string
}

export interface AllocationTable {
  kernelId: string
  agentId: string
  deviceId: string
  slot: string
  amount: number
}

export interface AuditEntryTable {
  id: Generated<string>
  at: Generated<Date>
  requestId: string
  actorId: string | null
  actorName: string
  domainId: string | null
  source: string
  operation: string
  target: string
  before: ColumnType<Record<string, unknown> | null, string | null, string | null>
  after: ColumnType<Record<string, unknown> | null, string | null, string | null>
  targetId: string | null
  noun: Generated<string | null>
  code: string | null
  failure: ColumnType<{ detail: string | null; issues: { path: string; message: string }[] } | null, string | null, string | null>
  input: ColumnType<Record<string, unknown> | null, string | null, string | null>
  undoes: string | null
}

export interface BrowserSessionTable {
  hash: Buffer
  userId: string
  createdAt: Generated<Date>
  expiresAt: Date
  lastSeenAt: Generated<Date>
}

export interface DeviceTable {
  agentId: string
  id: string
  slot: string
  kind: string
  model: Generated<string>
  capacity: number
  numaNode: number | null
  memBytes: number | null
  linkGroup: string | null
  shareStep: number | null
}

export interface DomainTable {
  id: Generated<string>
  name: string
  description: Generated<string>
  isActive: Generated<boolean>
  createdAt: Generated<Date>
  allowedVolumes: ColumnType<Record<string, string[]>, string | undefined, string>
}

export interface DomainGroupTable {
  domainId: string
  resourceGroup: string
}

export interface GroupUseTable {
  resourceGroup: string
  userId: string
  mean: ColumnType<Record<string, number>, string | null, string | null>
  at: Date
}

export interface GroupWeightTable {
  resourceGroup: string
  userId: string
  weight: number
}

export interface ImageTable {
  id: Generated<string>
  reference: string
  architecture: string
  runtime: 'docker' | 'process'
  digest: string | null
  sizeBytes: Generated<number>
  labels: ColumnType<Record<string, string>, string | undefined, string>
  createdAt: Generated<Date>
}

export interface ImageTaskTable {
  id: Generated<string>
  kind: 'pull' | 'build'
  reference: Generated<string>
  agentId: string
  userId: string
  status: Generated<'waiting' | 'running' | 'done' | 'failed' | 'cancelled'>
  progress: Generated<number>
  message: Generated<string>
  createdAt: Generated<Date>
  endedAt: Date | null
}

export interface JobTable {
  id: Generated<string>
  kind: import('@capstan/contract/job-request').JobKind
  status: Generated<import('@capstan/contract/job').JobStatus>
  changes: ColumnType<Record<string, unknown>, string | null, string | null>
  createdBy: string
  domainId: string | null
  requestId: string
  source: string
  totalCount: number
  doneCount: Generated<number>
  unchangedCount: Generated<number>
  failedCount: Generated<number>
  isCancelWanted: Generated<boolean>
  failure: ColumnType<{ code: string; message: string } | null, string | null, string | null>
  breaks: Generated<number>
  createdAt: Generated<Date>
  startedAt: Date | null
  endedAt: Date | null
  preparedCount: Generated<number>
  generatedCount: Generated<number>
  passwordsUntil: Date | null
}

export interface JobItemTable {
  jobId: string
  number: number
  target: string
  name: string
  status: Generated<import('@capstan/contract/job').ItemStatus>
  reason: ColumnType<{ code: string; message: string } | null, string | null, string | null>
  input: ColumnType<Record<string, unknown> | null, string | null, string | null>
  secretSealed: Buffer | null
  passwordHash: string | null
}

export interface JoinTokenTable {
  id: Generated<string>
  hash: Buffer
  role: 'agent' | 'proxy' | 'storage'
  description: Generated<string>
  createdAt: Generated<Date>
  expiresAt: Date | null
  lastUsedAt: Date | null
}

export interface KernelTable {
  id: Generated<string>
  sessionId: string
  attempt: Generated<number>
  index: number
  role: 'main' | 'sub'
  hostname: string
  agentId: string
  status: Generated<import('@capstan/contract/session').SessionStatus>
  reason: ColumnType<import('@capstan/contract/session').Reason | null, string | null, string | null>
  containerId: string | null
  exitCode: number | null
  progress: ColumnType<{ current: number; total: number; message: string } | null, string | null, string | null>
  apps: ColumnType<{ name: string; status: 'starting' | 'ready' | 'failed'; message: string }[], string | undefined, string>
  openApps: Generated<string[]>
  isLogComplete: Generated<boolean>
  createdAt: Generated<Date>
  startedAt: Date | null
  endedAt: Date | null
}

export interface KernelLogTable {
  kernelId: string
  beginsAt: number
  endsAt: number
  data: Buffer
}

export interface KernelUsageTable {
  kernelId: string
  at: Date
  cpuMilli: number
  memBytes: number
  gpuUtilization: number | null
  gpuMemBytes: number | null
}

export interface KeypairTable {
  accessKey: string
  userId: string
  secretKeySealed: Buffer
  isActive: Generated<boolean>
  policy: string
  rateLimit: Generated<number>
  createdAt: Generated<Date>
}

export interface KeypairGroupTable {
  accessKey: string
  resourceGroup: string
}

export interface KeypairPolicyTable {
  name: string
  maxAmounts: ColumnType<Record<string, number>, string | undefined, string>
  maxClusterSize: number | null
  maxLifetimeS: number | null
  maxPendingCount: number | null
  maxPendingAmounts: ColumnType<Record<string, number>, string | undefined, string>
  maxConcurrentCount: number | null
  maxSftpCount: number | null
  idleTimeoutS: number | null
  allowedVolumes: ColumnType<Record<string, string[]>, string | undefined, string>
  createdAt: Generated<Date>
}

export interface KeypairRequestTable {
  accessKey: string
  at: Date
  firstN: number
}

export interface KeypairUseTable {
  accessKey: string
  count: Generated<number>
  lastAt: Date | null
  keptFrom: Generated<number>
}

export interface MembershipTable {
  userId: string
  projectId: string
  domainId: string
  createdAt: Generated<Date>
}

export interface MigrationTable {
  name: string
  appliedAt: Generated<Date>
}

export interface ProjectTable {
  id: Generated<string>
  domainId: string
  name: string
  description: Generated<string>
  type: Generated<'general' | 'model-store'>
  isActive: Generated<boolean>
  policy: string
  createdAt: Generated<Date>
  allowedVolumes: ColumnType<Record<string, string[]>, string | undefined, string>
}

export interface ProjectGroupTable {
  projectId: string
  resourceGroup: string
}

export interface ProjectPolicyTable {
  name: string
  maxFolderCount: number | null
  maxFolderBytes: number | null
  maxNetworkCount: number | null
  createdAt: Generated<Date>
}

export interface ProxyTable {
  id: string
  tokenHash: Buffer
  address: Generated<string>
  appsHost: Generated<string>
  isTls: Generated<boolean>
  version: Generated<string>
  lastContactAt: Generated<Date>
  joinedWith: Buffer | null
}

export interface RecoveryCodeTable {
  userId: string
  hash: Buffer
}

export interface ResourceGroupTable {
  name: string
  description: Generated<string>
  isActive: Generated<boolean>
  isPublic: Generated<boolean>
  scheduler: Generated<import('@capstan/contract/group').Scheduler>
  selector: Generated<import('@capstan/contract/group').Selector>
  allowedSessionTypes: Generated<('interactive' | 'batch' | 'inference')[]>
  pendingTimeoutS: Generated<number>
  retriesToSkip: number | null
  createdAt: Generated<Date>
  creationRetries: number | null
  enforcesSpreading: Generated<boolean>
  reserveAfterS: Generated<number | null>
  halfLifeS: Generated<number>
  isPreemptionEnabled: Generated<boolean>
  proxyAddress: string | null
  proxyTokenHash: Buffer | null
}

export interface ServiceTable {
  id: Generated<string>
  name: string
  domainId: string
  projectId: string
  userId: string
  accessKey: string
  imageId: string
  resourceGroup: string
  amounts: ColumnType<Record<string, number>, string | null, string | null>
  shmemBytes: number
  environSealed: Buffer
  environNames: Generated<string[]>
  startupCommand: string
  isSudoEnabled: boolean
  notices: Generated<string[]>
  priority: number
  isPreemptible: boolean
  replicaCount: number
  latestNumber: Generated<number>
  reason: ColumnType<import('@capstan/contract/session').Reason | null, string | null, string | null>
  setAt: Generated<Date>
  createdAt: Generated<Date>
  endedAt: Date | null
}

export interface SessionTable {
  id: Generated<string>
  name: string
  type: 'interactive' | 'batch' | 'inference'
  status: Generated<import('@capstan/contract/session').SessionStatus>
  reason: ColumnType<import('@capstan/contract/session').Reason | null, string | null, string | null>
  result: Generated<'undefined' | 'success' | 'failure'>
  exitCode: number | null
  domainId: string
  projectId: string
  userId: string
  accessKey: string
  imageId: string
  resourceGroup: string
  amounts: ColumnType<Record<string, number>, string | null, string | null>
  shmemBytes: number
  clusterSize: Generated<number>
  environSealed: Buffer
  environNames: Generated<string[]>
  startupCommand: string | null
  isSudoEnabled: Generated<boolean>
  notices: Generated<string[]>
  priority: Generated<number>
  failures: Generated<number>
  skips: Generated<number>
  createdAt: Generated<Date>
  scheduledAt: Date | null
  startedAt: Date | null
  endedAt: Date | null
  isPreemptible: Generated<boolean>
  startsAt: Date | null
  releasedAt: Date | null
  clusterMode: Generated<import('@capstan/contract/session').ClusterMode>
  designatedAgents: Generated<string[]>
  serviceId: string | null
}

export interface SessionDependencyTable {
  sessionId: string
  dependsOn: string
}

export interface SessionHistoryTable {
  sessionId: string
  number: Generated<number>
  status: import('@capstan/contract/session').SessionStatus
  reason: ColumnType<import('@capstan/contract/session').Reason | null, string | null, string | null>
  at: Generated<Date>
}

export interface SettingTable {
  name: string
  value: ColumnType<unknown, string | null, string | null>
}

export interface SignInFailureTable {
  emailHash: Buffer
  count: number
  lastAt: Date
}

export interface StorageTable {
  id: string
  tokenHash: Buffer
  address: Generated<string>
  version: Generated<string>
  lastContactAt: Generated<Date>
}

export interface UserTable {
  id: Generated<string>
  domainId: string
  email: string
  name: string
  fullName: Generated<string>
  description: Generated<string>
  role: Generated<'superadmin' | 'admin' | 'user'>
  status: Generated<'active' | 'inactive' | 'before-verification' | 'deleted'>
  passwordHash: string
  isPasswordChangeRequired: Generated<boolean>
  isSudoEnabled: Generated<boolean>
  totpSeedSealed: Buffer | null
  isTotpEnabled: Generated<boolean>
  policy: string
  mainAccessKey: string | null
  createdAt: Generated<Date>
  modifiedAt: Generated<Date>
  totpLastStep: number | null
}

export interface UserPolicyTable {
  name: string
  maxFolderCount: number | null
  maxFolderBytes: number | null
  maxServiceSessionCount: number | null
  maxCustomImageCount: number | null
  createdAt: Generated<Date>
}

export interface VolumeTable {
  name: string
  storageId: string
  path: string
  backend: string
  capabilities: Generated<string[]>
  capacityBytes: number
  usedBytes: number
  reportedAt: Generated<Date>
}

export interface Schema {
  agent: AgentTable
  agentImage: AgentImageTable
  allocation: AllocationTable
  auditEntry: AuditEntryTable
  browserSession: BrowserSessionTable
  device: DeviceTable
  domain: DomainTable
  domainGroup: DomainGroupTable
  groupUse: GroupUseTable
  groupWeight: GroupWeightTable
  image: ImageTable
  imageTask: ImageTaskTable
  job: JobTable
  jobItem: JobItemTable
  joinToken: JoinTokenTable
  kernel: KernelTable
  kernelLog: KernelLogTable
  kernelUsage: KernelUsageTable
  keypair: KeypairTable
  keypairGroup: KeypairGroupTable
  keypairPolicy: KeypairPolicyTable
  keypairRequest: KeypairRequestTable
  keypairUse: KeypairUseTable
  membership: MembershipTable
  migration: MigrationTable
  project: ProjectTable
  projectGroup: ProjectGroupTable
  projectPolicy: ProjectPolicyTable
  proxy: ProxyTable
  recoveryCode: RecoveryCodeTable
  resourceGroup: ResourceGroupTable
  service: ServiceTable
  session: SessionTable
  sessionDependency: SessionDependencyTable
  sessionHistory: SessionHistoryTable
  setting: SettingTable
  signInFailure: SignInFailureTable
  storage: StorageTable
  user: UserTable
  userPolicy: UserPolicyTable
  volume: VolumeTable
}
