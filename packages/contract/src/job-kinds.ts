/** What jobs do. Apart from their requests: the console names them before it needs those. */
export const jobKinds = ['user.create', 'user.update', 'keypair.update', 'keypair.remove'] as const
