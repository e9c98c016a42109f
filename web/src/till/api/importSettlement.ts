import { api, call, type Schemas } from "@/lib/api/client";

/** Takes in a settlement file, in whole or not at all. */
export const importSettlement = (key: string, provider: string, file: File): Promise<Schemas["Imported"]> =>
  call(
    api.POST("/api/till/settlements", {
      params: { query: { provider, name: file.name, key } },
      body: file as unknown as string,
      bodySerializer: (b) => b as unknown as Blob,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
