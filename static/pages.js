/* Readable: src/pages.js */
(()=>{"use strict";
var d=(n,t)=>new Proxy(n,{get:(e,r)=>{let o=Reflect.get(n,r,t);return typeof o=="function"?o.bind(t):o}}),i=d(Document.prototype,document);var c=n=>{let t=Object.prototype.hasOwnProperty.call(window,n)?window[n]:void 0;return t instanceof Node||t instanceof HTMLCollection||t&&t.window===t?void 0:t};var u=({path:n,changed:t})=>{let e=()=>{location.pathname!==n&&(n=location.pathname,t())};e();let r=c("navigation");if(r){r.addEventListener("currententrychange",e);return}window.addEventListener("popstate",e);for(let o of["pushState","replaceState"]){let a=history[o];history[o]=function(...s){a.apply(this,s),e()}}};i.currentScript?.addEventListener("adnotice:begin",n=>u(n.detail));
})();
