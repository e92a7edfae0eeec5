import type { Project } from '@capstan/contract/project'
import type { Db } from '../db/db.ts'
import type { Scope } from '../db/scope.ts'

/** An active project that this user is a member of. */
export async function findMemberProject(
  db: Db,
  userId: string,
  id: string,
): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('project')
    .innerJoin('membership', 'membership.projectId', 'project.id')
    .select('project.id')
    .where('project.id', '=', id)
    .where('project.isActive', '=', true)
    .where('membership.userId', '=', userId)
    .executeTakeFirst()
}

/** Projects in scope: one's own, one's domain's, all. By domain and name. */
export async function listProjects(db: Db, scope: Scope): Promise<Project[]> {
  let query = db
    .selectFrom('project')
    .innerJoin('domain', 'domain.id', 'project.domainId')
    .select([
      'project.id',
      'project.name',
      'domain.name as domainName',
      'project.type',
      'project.description',
      'project.isActive',
    ])
    .orderBy('domain.name')
    .orderBy('project.name')
    .limit(5000)
  if (scope.reach === 'domain') query = query.where('project.domainId', '=', scope.domainId)
  if (scope.reach === 'user')
    query = query.where(eb =>
      eb.exists(
        eb
          .selectFrom('membership')
          .select('membership.userId')
          .whereRef('membership.projectId', '=', 'project.id')
          .where('membership.userId', '=', scope.userId),
      ),
    )
  return query.execute()
}
