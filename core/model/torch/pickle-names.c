/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rule P9: the names a file may mention. They are compared and never looked up. The inert ones are there so that
 * an unknown extra key does not lock anybody out: add to them by name when a real file needs it, never by pattern. */
#include "model/torch/pickle.h"

#include <string.h>

static const struct {
  const char *text;
  sm_role role;
  sm_kind kind;
} names[] = {
    {"collections.OrderedDict", SM_ROLE_ORDERED_DICT, 0},
    {"torch._utils._rebuild_tensor_v2", SM_ROLE_TENSOR_V2, 0},
    {"torch._utils._rebuild_tensor", SM_ROLE_TENSOR, 0},
    {"torch._utils._rebuild_parameter", SM_ROLE_PARAMETER, 0},
    {"torch.nn.parameter.Parameter", SM_ROLE_NAMED, 0},
    {"argparse.Namespace", SM_ROLE_NAMESPACE, 0},
    {"torch.Size", SM_ROLE_SIZE, 0},

    {"torch.FloatStorage", SM_ROLE_STORAGE, SM_F32},
    {"torch.HalfStorage", SM_ROLE_STORAGE, SM_F16},
    {"torch.BFloat16Storage", SM_ROLE_STORAGE, SM_BF16},
    {"torch.DoubleStorage", SM_ROLE_STORAGE, SM_F64},
    {"torch.LongStorage", SM_ROLE_STORAGE, SM_I64},
    {"torch.IntStorage", SM_ROLE_STORAGE, SM_I32},
    {"torch.ShortStorage", SM_ROLE_STORAGE, SM_I16},
    {"torch.CharStorage", SM_ROLE_STORAGE, SM_I8},
    {"torch.ByteStorage", SM_ROLE_STORAGE, SM_U8},
    {"torch.BoolStorage", SM_ROLE_STORAGE, SM_BOOL},

    {"torch.device", SM_ROLE_INERT, 0},
    {"torch.float16", SM_ROLE_INERT, 0},
    {"torch.float32", SM_ROLE_INERT, 0},
    {"torch.float64", SM_ROLE_INERT, 0},
    {"torch.bfloat16", SM_ROLE_INERT, 0},
    {"torch.int8", SM_ROLE_INERT, 0},
    {"torch.int16", SM_ROLE_INERT, 0},
    {"torch.int32", SM_ROLE_INERT, 0},
    {"torch.int64", SM_ROLE_INERT, 0},
    {"torch.uint8", SM_ROLE_INERT, 0},
    {"torch.bool", SM_ROLE_INERT, 0},
    {"torch.half", SM_ROLE_INERT, 0},
    {"torch.float", SM_ROLE_INERT, 0},
    {"torch.double", SM_ROLE_INERT, 0},
    {"torch.long", SM_ROLE_INERT, 0},
    {"torch.int", SM_ROLE_INERT, 0},
    {"torch.short", SM_ROLE_INERT, 0},
    {"_codecs.encode", SM_ROLE_INERT, 0},
    {"numpy.core.multiarray.scalar", SM_ROLE_INERT, 0},
    {"numpy._core.multiarray.scalar", SM_ROLE_INERT, 0},
    {"numpy.core.multiarray._reconstruct", SM_ROLE_INERT, 0},
    {"numpy._core.multiarray._reconstruct", SM_ROLE_INERT, 0},
    {"numpy.dtype", SM_ROLE_INERT, 0},
    {"numpy.ndarray", SM_ROLE_INERT, 0},
    {"__builtin__.set", SM_ROLE_INERT, 0},
    {"builtins.set", SM_ROLE_INERT, 0},
    {"collections.Counter", SM_ROLE_INERT, 0},
    {"pathlib.PosixPath", SM_ROLE_INERT, 0},
    {"pathlib.Path", SM_ROLE_INERT, 0},
};

int sm_pickle_name(const char *module, size_t module_length, const char *name, size_t name_length) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *text = names[i].text;
    if (strlen(text) == module_length + 1 + name_length && memcmp(text, module, module_length) == 0 &&
        text[module_length] == '.' && memcmp(text + module_length + 1, name, name_length) == 0)
      return (int)i;
  }
  return -1;
}

sm_role sm_pickle_role(int64_t name) { return names[name].role; }
sm_kind sm_pickle_kind(int64_t name) { return names[name].kind; }
const char *sm_pickle_name_text(int64_t name) { return names[name].text; }
