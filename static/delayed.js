/* Readable: src/delayed.js */
(()=>{"use strict";
var d=(t,e)=>new Proxy(t,{get:(n,i)=>{let o=Reflect.get(t,i,e);return typeof o=="function"?o.bind(e):o}}),r=d(Document.prototype,document);var a=t=>new Promise(e=>setTimeout(e,t));var l=50,c=()=>{let t=0,e=performance.now();return{pass:async()=>{await a(l);let n=performance.now();r.visibilityState==="visible"&&(t+=Math.min(n-e,1e3)),e=n},late:n=>t>n}};var p=()=>(window.scrollY+window.innerHeight)/r.documentElement.scrollHeight*100;r.currentScript?.addEventListener("adnotice:begin",async t=>{let{content:e,tell:n}=t.detail,i=location.pathname,o=c();for(;!o.late(e.delay*1e3);)await o.pass();for(;Math.ceil(p())<e.depth;)await new Promise(s=>addEventListener("scroll",s,{capture:!0,once:!0,passive:!0}));n(location.pathname===i)});
})();
