// The pages behind the counters.
import { lazyRouteComponent } from "@tanstack/react-router";
import type { TillRoute } from "./routes";

const office = () => import("./views/office");

export const officeRoutes: readonly TillRoute[] = [
  { path: "/till/s/$session/daybook", framed: true, component: lazyRouteComponent(office, "ClosePage") },
  { path: "/till/office", framed: true, component: lazyRouteComponent(office, "OfficeHome") },
  { path: "/till/office/days", framed: true, component: lazyRouteComponent(office, "DaysPage") },
  { path: "/till/office/import", framed: true, component: lazyRouteComponent(office, "ImportPage") },
  { path: "/till/office/match", framed: true, component: lazyRouteComponent(office, "MatchPage") },
  { path: "/till/office/export", framed: true, component: lazyRouteComponent(office, "ExportPage") },
  { path: "/till/office/prices", framed: true, component: lazyRouteComponent(office, "PricesPage") },
  { path: "/till/office/reductions", framed: true, component: lazyRouteComponent(office, "ReductionsPage") },
  { path: "/till/office/notices", framed: true, component: lazyRouteComponent(office, "NoticesPage") },
  { path: "/till/office/counters", framed: true, component: lazyRouteComponent(office, "CountersPage") },
  { path: "/till/office/stickers", framed: true, component: lazyRouteComponent(office, "StickersPage") },
  { path: "/till/office/displays", framed: true, component: lazyRouteComponent(office, "DisplaysPage") },
  { path: "/till/office/providers", framed: true, component: lazyRouteComponent(office, "ProvidersPage") },
];
