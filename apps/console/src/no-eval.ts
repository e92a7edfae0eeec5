import * as z from 'zod'

// Compiling schemas needs `eval`, which the content security policy forbids: zod must know before the first schema is made.
z.config({ jitless: true })
