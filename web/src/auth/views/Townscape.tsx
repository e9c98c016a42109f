/** Three 庁舎 that see each other: decoration of the sign-in page. */
export function Townscape({ className = "" }: { className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 480 200"
      fill="none"
      stroke="currentColor"
      strokeWidth={3}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={className}
    >
      <g fill="#fff">
        <path d="M168 184V96h48M264 96h48v88" />
        <path d="M168 96h144v88H168z" />
        <path d="M216 184V64h48v120" />
        <path d="M24 184v-64h88v64z" />
        <path d="M368 184v-52l44-24 44 24v52z" />
      </g>
      <path d="M8 184h464M240 64V28h28v16h-28" />
      <path d="M232 184v-28h16v28M60 184v-24h16v24M404 184v-24h16v24" />
      <path d="M186 116v10M200 116v10M280 116v10M294 116v10M186 144v10M200 144v10M280 144v10M294 144v10M234 84v10M246 84v10M234 112v10M246 112v10M44 136v6M68 136v6M92 136v6M392 140v6M412 132v6M432 140v6" />
      <path d="M68 104c12-40 58-66 128-62M412 94c-8-32-40-52-100-52" strokeDasharray="2 9" />
      <circle cx="68" cy="104" r="4" fill="currentColor" />
      <circle cx="412" cy="94" r="4" fill="currentColor" />
    </svg>
  );
}
