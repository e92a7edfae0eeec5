/** Which rows a query may touch. Every tenant read takes one, so leaving it out does not compile. */
export type Scope =
  | { readonly reach: 'all' }
  | { readonly reach: 'domain'; readonly domainId: string }
  | { readonly reach: 'user'; readonly userId: string; readonly domainId: string }
