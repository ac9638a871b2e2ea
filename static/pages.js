/* Readable: src/pages.js */
(()=>{"use strict";
var d=(n,t)=>new Proxy(n,{get:(o,i)=>{let e=Reflect.get(n,i,t);return typeof e=="function"?e.bind(t):e},set:(o,i,e)=>Reflect.set(n,i,e,t)}),a=d(Document.prototype,document),r=n=>{let t=Object.prototype.hasOwnProperty.call(window,n)?window[n]:void 0;return t instanceof Node||t instanceof HTMLCollection||t&&t.window===t?void 0:t};var l=({path:n,changed:t})=>{let o=()=>{location.pathname!==n&&(n=location.pathname,t())};o();let i=r("navigation");if(i){i.addEventListener("currententrychange",o);return}window.addEventListener("popstate",o);for(let e of["pushState","replaceState"]){let c=history[e];history[e]=function(...s){c.apply(this,s),o()}}};a.currentScript?.addEventListener("adnotice:begin",n=>l(n.detail));
})();
