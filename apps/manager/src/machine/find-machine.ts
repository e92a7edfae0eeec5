import type { App } from '../app.ts'
import type { Db } from '../db/db.ts'
import { gather } from '../gather.ts'
import { findMachines } from './machine.store.ts'

/** Tokens that are looked up in one go. */
const mostAtOnce = 1000

/** Looks machines up by their tokens: thousands may report at one time, and people must not wait behind them for a connection. */
export const createFindMachine = (db: Db): App['findMachine'] =>
  gather({ most: mostAtOnce, work: (hashes: readonly Buffer[]) => findMachines(db, hashes) })
