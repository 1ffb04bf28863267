/** What the person who builds the site may set, read once. */

function urlFrom(name: string): string | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const url = new URL(text); // a wrong address should stop the build, not reach a page
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Error(`${name} is not a web address: ${text}`);
  }
  return url.href.replace(/\/$/, '');
}

function baseFrom(text: string | undefined): string {
  if (text === undefined || text === '' || text === '/') return '/';
  return `/${text.replace(/^\/+|\/+$/g, '')}/`;
}

export interface SiteEnv {
  /** Path that the site is served under, with a slash at both ends. */
  readonly base: string;
  /** Address of the site without its base, if it is known. */
  readonly siteUrl: string | undefined;
  /** Address of the repository on GitHub or a host with the same paths. */
  readonly repoUrl: string | undefined;
  /** Without the pages of the sources and types in listings: for one visit in a test. */
  readonly isPart: boolean;
}

export function siteEnv(): SiteEnv {
  return {
    base: baseFrom(process.env['PEERWALK_BASE']),
    siteUrl: urlFrom('PEERWALK_SITE_URL'),
    repoUrl: urlFrom('PEERWALK_REPO_URL'),
    isPart: process.env['PEERWALK_PART'] === 'visit',
  };
}
