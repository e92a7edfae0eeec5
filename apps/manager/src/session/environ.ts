/** What the environment of a session is sealed for: it opens as nothing else. */
export const environPurpose = 'session:environ'
