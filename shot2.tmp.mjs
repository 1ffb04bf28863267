import { chromium } from 'playwright-core';
import fs from 'node:fs';
const b=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
const [,,file,out,step,scale]=process.argv;
const buf=fs.readFileSync(file);const w=buf.readUInt32BE(16),h=buf.readUInt32BE(20);
const p=await b.newPage({viewport:{width:Math.round(w*scale),height:Math.round(step*scale)}});
await p.setContent(`<body style="margin:0"><img style="width:${w*scale}px" src="data:image/png;base64,${buf.toString('base64')}">`);
let n=0;for(let y=0;y<h;y+=+step){await p.screenshot({path:`${out}-${n++}.png`,fullPage:true,clip:{x:0,y:y*scale,width:w*scale,height:Math.min(step,h-y)*scale}})}
console.log(w,h,n);await b.close();
