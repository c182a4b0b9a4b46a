# The web page, built from web/ with npm and baked into a library of its own. All build folders share what is made, since
# it is the same for each of them.

set(page_folder ${CMAKE_SOURCE_DIR}/build/page)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/public/* ${CMAKE_SOURCE_DIR}/web/tools/*)
list(APPEND page_sources
    ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/package.json ${CMAKE_SOURCE_DIR}/web/package-lock.json
    ${CMAKE_SOURCE_DIR}/web/tsconfig.json ${CMAKE_SOURCE_DIR}/web/vite.config.ts)
add_custom_command(
    OUTPUT ${page_folder}/baked_files.cpp ${page_folder}/page.bin
    COMMAND ${CMAKE_SOURCE_DIR}/setup/page ${page_folder} ${page_sources}
    DEPENDS ${page_sources} ${CMAKE_SOURCE_DIR}/setup/page ${CMAKE_SOURCE_DIR}/setup/bake_page.mjs
    COMMENT "Building the web page"
    VERBATIM)
add_library(flux_page_files STATIC ${page_folder}/baked_files.cpp)
set_source_files_properties(${page_folder}/baked_files.cpp PROPERTIES OBJECT_DEPENDS ${page_folder}/page.bin)
set_target_properties(flux_page_files PROPERTIES CXX_CLANG_TIDY "")
target_link_libraries(flux_page_files PRIVATE flux_page flux_compiler)
