/** What can be done with machines, one or many at once (AGT-05, GRP-05). */
export const agentActions = ['drain', 'cancelDrain', 'move'] as const
export type AgentAction = (typeof agentActions)[number]
