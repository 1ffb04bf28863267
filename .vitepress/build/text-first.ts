/**
 * A page can be read before its scripts arrive, so they are asked for after its first
 * paint: a slow line shows the page about a second earlier, and a fast one loses a frame.
 * A tab behind others paints nothing and does not wait; where no paint is told of, a timer
 * begins.
 */
const script = /\s*<script type="module" src="([^"]+)"><\/script>/g;
const preload = /\s*<link rel="modulepreload" href="([^"]+)">/g;

/** The addresses of what matches, and the page without it. */
function taken(html: string, tag: RegExp): { readonly left: string; urls: string[] } {
  const urls = [...html.matchAll(tag)].map(([, url = '']) => url);
  return { left: html.replace(tag, ''), urls };
}

/** Scripts that are added are run in the order of their arrival, unless told otherwise. */
function begin(scripts: readonly string[], preloads: readonly string[]): string {
  return `(()=>{
let begun=false
const add=(tag,set)=>document.head.append(Object.assign(document.createElement(tag),set))
const begin=()=>{
if(begun)return
begun=true
for(const src of ${JSON.stringify(scripts)})add('script',{type:'module',async:false,src})
for(const href of ${JSON.stringify(preloads)})add('link',{rel:'modulepreload',href})
}
if(document.hidden)begin()
addEventListener('load',()=>setTimeout(begin,3000))
new PerformanceObserver(begin).observe({type:'paint',buffered:true})
})()`;
}

export function textFirst(html: string): string {
  const scripts = taken(html, script);
  const preloads = taken(scripts.left, preload);
  if (scripts.urls.length === 0) return html;
  const tag = `<script>${begin(scripts.urls, preloads.urls)}</script>`;
  return preloads.left.replace('</head>', () => `  ${tag}\n  </head>`);
}
