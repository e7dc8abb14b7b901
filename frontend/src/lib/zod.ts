/** zod as this page may use it: without compiling schemas by eval, which the content security policy forbids. */
import { z } from "zod";

z.config({ jitless: true });

export { z };
