/**
 * From here on the page, and every worker it makes, can connect to nothing, its own server included: a policy that is added only ever
 * takes away (https://www.w3.org/TR/CSP3/#multiple-policies).
 */
export function forbidConnections(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "connect-src 'none'; form-action 'none'; frame-src 'none'; img-src blob:; media-src blob:";
  document.head.append(policy);
}
