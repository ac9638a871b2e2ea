/* Readable: src/detect/pages.js */
(()=>{"use strict";
var d=(t,n)=>new Proxy(t,{get:(e,r)=>{let o=Reflect.get(t,r,n);return typeof o=="function"?o.bind(n):o}}),i=d(Document.prototype,document);var a=t=>{let n={}.hasOwnProperty.call(window,t)?window[t]:void 0;return n&&(n.window===n||n.nodeType)?void 0:n};var u=({path:t,changed:n})=>{let e=()=>{location.pathname!==t&&(t=location.pathname,n())};e();let r=a("navigation");if(r){r.addEventListener("currententrychange",e);return}window.addEventListener("popstate",e);for(let o of["pushState","replaceState"]){let c=history[o];history[o]=function(...s){c.apply(this,s),e()}}};i.currentScript?.addEventListener("adnotice:begin",t=>u(t.detail));
})();
