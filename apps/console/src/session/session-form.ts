import type * as z from 'zod'
import type { useEndpointForm } from '../ui/useEndpointForm.ts'
import type { SessionFormValues } from './session-input.ts'

/** The form of a new session, as its parts take it. */
export type SessionFormApi = ReturnType<
  typeof useEndpointForm<z.ZodType, z.ZodType, SessionFormValues>
>['form']
