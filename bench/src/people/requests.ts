import { api } from '@capstan/contract/api'
import type { Call } from '@capstan/contract/client'

/** What there is to ask for: ids of users, and the cursor of a page of them. */
interface Given {
  readonly ids: readonly string[]
  readonly last: string
}

type Requests = Readonly<Record<string, (number: number) => Promise<unknown>>>

/** What is measured, by name; `filter…`: every header filter of the lists of people, `search…`: the search. */
export const requestsOf = (call: Call, { ids, last }: Given): Requests => ({
  list: () => call(api.user.list, { status: ['active'] }),
  nextPage: () => call(api.user.list, { sort: 'email', cursor: last }),
  newestFirst: () => call(api.user.list, { sort: '-createdAt' }),
  ...userFilters(call),
  ...otherFilters(call),
  ...searches(call),
  keypairs: () => call(api.keypair.list, { isActive: true }),
  open: number => call(api.user.show, { id: ids[number % ids.length]! }),
  save: number =>
    call(api.user.update, { id: ids[number % ids.length]!, description: `saved ${number}` }),
})

const userFilters = (call: Call): Requests => ({
  filterEmail: number => call(api.user.list, { email: `son${number * 37}`, status: ['active'] }),
  filterFew: number => call(api.user.list, { email: `erson9${number}9`, sort: 'name' }),
  filterMany: () => call(api.user.list, { email: 'PERSON', status: ['active'] }),
  filterName: number => call(api.user.list, { name: `on-${number * 91}` }),
  filterFullName: number => call(api.user.list, { fullName: `hana ${number.toString(16)}` }),
  filterDescription: number => call(api.user.list, { description: `in ${2000 + (number % 26)}` }),
  filterTwoLetters: number => call(api.user.list, { email: `z${'qxj'[number % 3]}` }),
  filterNone: () => call(api.user.list, { email: 'nobody-has-this', name: 'zz' }),
  filterRole: () => call(api.user.list, { role: ['superadmin'] }),
  filterStatus: () => call(api.user.list, { status: ['inactive', 'deleted'] }),
  filterDomain: () => call(api.user.list, { domainName: 'default', sort: '-name' }),
  filterPolicy: () => call(api.user.list, { policy: 'default', sort: 'role' }),
})

const otherFilters = (call: Call): Requests => ({
  filterKeypairUser: number => call(api.keypair.list, { userEmail: `son${number * 53}` }),
  filterKeypairKey: number => call(api.keypair.list, { accessKey: number.toString(36) }),
  filterKeypairPolicy: () => call(api.keypair.list, { policy: 'default', isActive: true }),
  filterKeypairInactive: () => call(api.keypair.list, { isActive: false }),
  filterProject: number => call(api.project.list, { name: `t-${number}` }),
  filterProjectDescription: () => call(api.project.list, { description: 'none has this' }),
  filterProjectDomain: () => call(api.project.list, { domainName: 'def', policy: 'default' }),
  filterProjectType: () => call(api.project.list, { type: ['model-store'] }),
})

/** As somebody types: letter by letter, and what few, many and none have. */
const searches = (call: Call): Requests => ({
  searchLetter: number => call(api.search.find, { q: 'pdahx'[number % 5]! }),
  searchTwoLetters: number => call(api.search.find, { q: ['pe', 'ak', 'zz'][number % 3]! }),
  searchBegin: number => call(api.search.find, { q: `person${number * 37}` }),
  searchPart: number => call(api.search.find, { q: `son${number * 1371}@` }),
  searchFullName: number => call(api.search.find, { q: `hana ${(number * 7).toString(16)}` }),
  searchMany: number => call(api.search.find, { q: ['erson', 'example', 'n-1'][number % 3]! }),
  searchKey: number =>
    call(api.search.find, { q: `AKIA${'ABCDEFGH'[number % 8]}${number % 5 ? 'X' : 'Y'}` }),
  searchNone: number => call(api.search.find, { q: `nobody has ${number}` }),
})
