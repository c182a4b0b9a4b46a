#pragma once

#include <cstddef>

namespace flux::workflow {

/// Where something stands in a file, for people: both from 1. Columns count bytes.
struct Place {
    int line = 1;
    int column = 1;

    friend bool operator==(const Place&, const Place&) = default;
};

}  // namespace flux::workflow
