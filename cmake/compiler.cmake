# Warnings, sanitizers and build speed: what every target of ours is compiled with and no dependency sees.

add_library(flux_compiler INTERFACE)
target_compile_options(flux_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Woverloaded-virtual -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(flux_compiler INTERFACE -Wuseless-cast -Wsuggest-override -Wno-restrict)
else()
    # std::stable_sort of libstdc++ 12 uses what C++17 deprecated, and clang says so at every use.
    target_compile_options(flux_compiler INTERFACE -Wno-deprecated-declarations)
endif()
if(FLUX_WERROR)
    target_compile_options(flux_compiler INTERFACE -Werror)
endif()

# For every target, because libraries found by pkg-config bring it, and a precompiled header fits one set of flags only.
add_compile_options(-pthread)

if(FLUX_SANITIZE)
    add_compile_options(-fsanitize=${FLUX_SANITIZE} -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${FLUX_SANITIZE})
    if(FLUX_SANITIZE MATCHES "undefined")
        add_compile_options(-fno-sanitize-recover=undefined)
    endif()
    if(FLUX_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # What g++ 12 says of libstdc++'s strings and of Asio's frames once its own calls stand between.
        add_compile_options(-Wno-tsan -Wno-array-bounds -Wno-mismatched-new-delete)
    endif()
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64" AND NOT FLUX_SANITIZE)
    # g++ clears and copies structures of more than 32 bytes by `rep stos` and `rep movs`, which take longer to begin than all
    # the rest does: 3 % of a call (docs/performance.md).
    add_compile_options(
        -mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign
        -mmemcpy-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
endif()

if(FLUX_FUZZ)
    # libFuzzer steers by the branches of everything that is ours, not of the target alone.
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Asio's coroutine frames are reached through the concrete executor only; io_uring is refused on purpose
# (docs/decisions/0001-machine-room.md).
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED)

find_program(FLUX_CCACHE ccache)
if(FLUX_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        ${FLUX_CCACHE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fpch-preprocess)
    else()
        # The cache may hand on a precompiled header that another clone, or an earlier configuration, made: its content is what
        # was asked for, and clang would refuse it for the times of the files that it was made from.
        add_compile_options(-Xclang -fno-pch-timestamp)
    endif()
endif()

find_program(FLUX_MOLD mold)
if(FLUX_MOLD)
    add_link_options(-fuse-ld=mold)
endif()
