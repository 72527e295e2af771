# SPDX-License-Identifier: MIT
# Removes what the last installation listed in MANIFEST.
if(NOT EXISTS "${MANIFEST}")
    message(FATAL_ERROR "nothing was installed: no ${MANIFEST}")
endif()
file(STRINGS "${MANIFEST}" files)
foreach(file IN LISTS files)
    message(STATUS "removing $ENV{DESTDIR}${file}")
    file(REMOVE "$ENV{DESTDIR}${file}")
endforeach()
